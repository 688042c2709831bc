import { Float, ID, ObjectType } from 'type-graphql';
import type { LinkRow } from '../../../read/graphql/links.ts';
import { LinkMethodEnum, type ValueOf } from '../enums.ts';
import { Required } from '../fields.ts';
import { DateTime, Json } from '../scalars.ts';

@ObjectType({ description: "Which coin a source's coin is, and why.", simpleResolvers: true })
export class IdentityLink {
  @Required(() => String, 'Whose coin.')
  source: string;

  @Required(() => String, "The coin's id in the source, exactly as it sends it.")
  sourceCoinId: string;

  @Required(() => ID, 'The coin that it is.')
  coinId: string;

  @Required(() => LinkMethodEnum, 'How that was found.')
  method: ValueOf<typeof LinkMethodEnum>;

  @Required(() => Float, 'From 0 to 1.')
  confidence: number;

  @Required(() => Json, 'What speaks for it.')
  evidence: unknown;

  @Required(() => DateTime, 'When it was decided.')
  decidedAt: Date;

  /** For `event`. */
  stream: string;
  version: number;
}

/** A link of the read model as the API shows it. */
export const linkOf = ({ confidencePercent, ...row }: LinkRow): IdentityLink => ({
  ...row,
  confidence: confidencePercent / 100,
});
