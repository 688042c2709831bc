import type { PastCoinsCache } from '../../read/past/cache.ts';
import { readPastCoins, type PastCoinRow } from '../../read/past/coins.ts';
import { readPastLinks } from '../../read/past/links.ts';
import { momentText, readMoment, readMomentOf, type Moment, type MomentRef } from '../../read/past/moment.ts';
import { readPastQuotes, type PastQuoteRow } from '../../read/past/quotes.ts';
import type { LinkRow } from '../../read/graphql/links.ts';
import { createBatcher, type Batcher } from './batcher.ts';
import type { Reads } from './reads.ts';

/** A coin at a moment. */
export interface PastKey {
  coinId: string;
  moment: Moment;
}

/** The id of a coin at a moment, by which a client's cache never mixes past and present. */
export const pastIdOf = ({ coinId, moment }: PastKey): string => `${coinId}@${momentText(moment)}`;

/** What one request reads of the past. */
export interface Past {
  /** Null: it asks for the present. Throws USAGE for the future, HISTORY_EXPIRED for what is not known. */
  moment(asked: {
    asOf?: Date | null | undefined;
    knownAt?: Date | null | undefined;
  }): Promise<Moment | null>;
  /** Null where no such version was ever shown. */
  momentOf(ref: MomentRef): Promise<Moment | null>;
  all(moment: Moment): Promise<readonly PastCoinRow[]>;
  coins: Batcher<PastKey, PastCoinRow>;
  quotes: Batcher<PastKey, PastQuoteRow[]>;
  links: Batcher<PastKey, LinkRow[]>;
}

type ByMoment<Value> = (moment: Moment, coinIds: string[]) => Promise<Map<string, Value>>;

/** What is asked for at several moments is loaded moment by moment. */
function pastBatcher<Value>(load: ByMoment<Value>): Batcher<PastKey, Value> {
  return createBatcher({
    keyOf: pastIdOf,
    load: async (keys) => {
      const found = new Map<string, Value>();
      for (const own of Map.groupBy(keys, ({ moment }) => momentText(moment)).values()) {
        const [first] = own;
        if (!first) continue;
        const values = await load(
          first.moment,
          own.map(({ coinId }) => coinId),
        );
        for (const [coinId, value] of values) found.set(pastIdOf({ coinId, moment: first.moment }), value);
      }
      return found;
    },
  });
}

export function createPast(reads: Reads, cache: PastCoinsCache, now: Date): Past {
  const { read } = reads;
  return {
    async moment({ asOf, knownAt }) {
      const asked = { asOf: asOf ?? null, knownAt: knownAt ?? null };
      if (asked.asOf === null && asked.knownAt === null) return null;
      // What is gathered for a moment is kept beyond this request, under its name.
      reads.hold();
      const version = await reads.version();
      return read((sql) => readMoment(sql, asked, now, version));
    },
    async momentOf(ref) {
      reads.hold();
      const version = await reads.version();
      return read((sql) => readMomentOf(sql, ref, version));
    },
    all: (moment) => read((sql) => cache.read(sql, moment)),
    coins: pastBatcher((moment, ids) => read((sql) => readPastCoins(sql, moment, ids))),
    quotes: pastBatcher((moment, ids) => read((sql) => readPastQuotes(sql, moment, ids))),
    links: pastBatcher((moment, ids) => read((sql) => readPastLinks(sql, moment, ids))),
  };
}
