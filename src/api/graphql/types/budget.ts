import { Int, ObjectType } from 'type-graphql';
import { Required } from '../fields.ts';
import { DateTime } from '../scalars.ts';

@ObjectType({
  description: 'How many requests a source may still be asked within a window, whoever asks with its key.',
  simpleResolvers: true,
})
export class Budget {
  @Required(
    () => String,
    '`second` and `minute`, which slide, or `month`, which is the calendar month in UTC.',
  )
  window: string;

  @Required(() => Int, 'The most requests.')
  limit: number;

  @Required(() => Int, 'Requests made.')
  used: number;

  @Required(
    () => DateTime,
    'When the oldest request leaves the window, or the month ends; now for an empty window.',
  )
  resetsAt: Date;
}
