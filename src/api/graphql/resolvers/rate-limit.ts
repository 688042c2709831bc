import { Ctx, Query, Resolver } from 'type-graphql';
import { createRateLimit } from '../../http/rate-limit.ts';
import type { GraphqlContext } from '../context.ts';
import { Unversioned } from '../field-rules.ts';
import { RateLimit } from '../types/rate-limit.ts';

@Resolver()
export class RateLimitResolver {
  @Unversioned()
  @Query(() => RateLimit, { description: 'How this client stands, with this request counted.' })
  rateLimit(@Ctx() { rate, outcome, now }: GraphqlContext): RateLimit {
    const { limit, remaining, resetAt } = rate ?? createRateLimit(null, now).take('');
    return { limit, remaining, resetAt, cost: outcome.cost ?? 0 };
  }
}
