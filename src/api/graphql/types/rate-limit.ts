import { Int, ObjectType } from 'type-graphql';
import { Required } from '../fields.ts';
import { DateTime } from '../scalars.ts';

@ObjectType({
  description: 'How often a client may ask, and what this question costs.',
  simpleResolvers: true,
})
export class RateLimit {
  @Required(() => Int, 'Requests a minute from one address; 2147483647 where there is no limit.')
  limit: number;

  @Required(
    () => Int,
    'Of this operation, by the cost rule: about how many objects its answer has at most. Over 10,000 it is COST_LIMIT_EXCEEDED.',
  )
  cost: number;

  @Required(() => Int, 'Requests left until `resetAt`; with none left an answer is RATE_LIMITED.')
  remaining: number;

  @Required(() => DateTime, 'When counting begins anew.')
  resetAt: Date;
}
