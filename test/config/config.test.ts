import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeConfig, loadConfig } from '../../src/config/config.ts';
import { CoinlogError } from '../../src/errors.ts';

const thrownBy = (environment: Record<string, string>): CoinlogError => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof CoinlogError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
};

describe('the configuration', () => {
  const wrong: [string, string][] = [
    ['API_PORT', 'eighty'],
    ['API_PORT', '70000'],
    ['DATABASE_URL', 'mysql://x'],
    ['SOURCES', 'coingecko,binance'],
    ['INGEST_SCHEDULE', '* * * * * *'],
    ['INGEST_SCHEDULE_COINPAPRIKA', 'often'],
    ['INGEST_SCHEDULE_COINPAPRIKA', 'off'],
    ['INGEST_SCHEDULE_COINGECKO_LIST', 'daily'],
    ['COINGECKO_PAGES', '0'],
    ['COINGECKO_API_KEY_KIND', 'gold'],
    ['COINGECKO_BASE_URL', 'not a url'],
    ['LOG_LEVEL', 'loud'],
    ['ETL_RETRY_ATTEMPTS', '-1'],
    ['STALE_AFTER_CSV', 'soon'],
  ];
  it.each(wrong)('names a wrong %s=%s and ends with exit 2', (name, value) => {
    const error = thrownBy({ [name]: value });
    expect(error.message).toMatch(new RegExp(`^${name}: `));
    expect(error.exitCode).toBe(2);
  });

  it('works with nothing set, and takes an empty value for unset', () => {
    expect(loadConfig({})).toEqual(loadConfig({ API_PORT: '', DATABASE_URL: ' ' }));
    expect(loadConfig({})).toMatchObject({ apiPort: 8000, apiHost: '127.0.0.1', databaseUrl: null });
    expect(loadConfig({ PORT: '9001' }).apiPort).toBe(9001);
    expect(loadConfig({ PORT: '9001', API_PORT: '9002' }).apiPort).toBe(9002);
  });

  it('shows no secret, neither in its own words nor when a secret is wrong', () => {
    const environment = {
      DATABASE_URL: 'postgres://me:hunter2@db/x',
      COINGECKO_API_KEY: 'CG-hunter2',
      COINPAPRIKA_API_KEY: 'hunter2hunter2',
    };
    expect(JSON.stringify(describeConfig(environment))).not.toContain('hunter2');
    expect(describeConfig(environment)).toContainEqual({ name: 'DATABASE_URL', value: '***' });
    expect(thrownBy({ DATABASE_URL: 'hunter2' }).message).not.toContain('hunter2');
  });

  it('reads a secret from the file that <NAME>_FILE names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'coinlog-config-'));
    const file = join(folder, 'key');
    writeFileSync(file, 'CG-from-a-file\n');
    const settings = loadConfig({ COINGECKO_API_KEY_FILE: file }).sources.find(
      ({ source }) => source.name === 'coingecko',
    )?.settings;
    rmSync(folder, { recursive: true });
    expect(Object.values(settings?.headers ?? {})).toEqual(['CG-from-a-file']);
    expect(thrownBy({ COINGECKO_API_KEY_FILE: file }).message).toMatch(
      /^COINGECKO_API_KEY_FILE: cannot read/,
    );
  });

  it('lowers a plan’s requests a minute and never raises them', () => {
    const perMinute = (limit: string) =>
      loadConfig({ ETL_RATE_LIMIT_REQUESTS: limit }).sources.map(({ settings }) => settings?.limits.minute);
    expect(perMinute('1')).toEqual([1, 1, undefined]);
    expect(perMinute('10000')).toEqual(loadConfig({}).sources.map(({ settings }) => settings?.limits.minute));
  });
});

describe('a base URL', () => {
  it('that holds a password is refused without showing it', () => {
    expect(thrownBy({ COINPAPRIKA_BASE_URL: 'http://user:hunter2@x/v1' }).message).not.toContain('hunter2');
  });
});
