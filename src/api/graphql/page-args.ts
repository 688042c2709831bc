import { ArgsType, Int } from 'type-graphql';
import { Optional } from './fields.ts';

/** The arguments of every connection. */
@ArgsType()
export class PageArgs {
  @Optional(() => Int, 'How many from the beginning, or after `after`: 50 unless told, at most 250.')
  first?: number | null;

  @Optional(() => String, 'A cursor; the page begins behind it.')
  after?: string | null;

  @Optional(() => Int, 'How many from the end, or before `before`: at most 250. Not together with `first`.')
  last?: number | null;

  @Optional(() => String, 'A cursor; the page ends before it.')
  before?: string | null;
}
