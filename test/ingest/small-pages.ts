import type { SourceConfig } from '../../src/config/config.ts';
import type { PollFeed } from '../../src/sources/source.ts';

export const stream = 'coingecko.markets';
export const perPage = 20;
/** What the sandbox has: three pages, the last one half full. */
export const coins = 50;
export const pages = 3;

/** A polled source with small pages, so that a sweep over many of them costs little; under another stream if need be. */
export function withSmallPages(config: SourceConfig, feedName = stream): SourceConfig {
  const { feed } = config.source;
  if (feed.kind !== 'poll') throw new TypeError('only a polled feed has pages');
  const request: PollFeed['request'] = (settings, page) => {
    const { path, params } = feed.request(settings, page);
    return { path, params: { ...params, per_page: perPage } };
  };
  const small: PollFeed = { ...feed, stream: feedName, request };
  return { ...config, feed: small, source: { ...config.source, feed: small } };
}
