import Fastify from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageHeaders } from '../../src/api/http/page-headers.ts';
import { bitcoin, fillMarket } from '../graphql/market.ts';
import { readDocument } from '../rest/documented.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';
import { elsewhere, hasBrowser, launchBrowser, visit, type Visit } from './browser.ts';
import { startSite, type Site } from './site.ts';

const adminKey = 'correct-horse-battery';

/** Shows the page while it lasts. What it asks of another server, or complains of, fails whatever it was to show. */
async function open(browser: Browser, url: string, look: (page: Page, visit: Visit) => Promise<void>) {
  const visited = await visit(browser, url);
  try {
    await look(visited.page, visited);
    expect(elsewhere(visited.requests, new URL(url).origin)).toEqual([]);
    expect(visited.complaints).toEqual([]);
  } finally {
    await visited.close();
  }
}

describe.skipIf(!hasBrowser)('in a browser, asking no other server and without a complaint,', () => {
  let database: TestDatabase;
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    database = await createTestDatabase();
    await fillMarket(database);
    site = await startSite(database, adminKey);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await projectAll(database);
    await expectRebuildEqualsLive(database);
    await database.close();
  });

  const button = '.graphiql-execute-button';

  const openGraphiql = (look: (page: Page) => Promise<void>) =>
    open(browser, `${site.origin}/graphql`, async (page) => {
      // The button has a menu as soon as the editor has read the document.
      await page.locator(`${button}[aria-haspopup="menu"]`).waitFor();
      await look(page);
    });

  /** Monaco shows spaces as ones that do not break. */
  const shows = (page: Page, text: string) =>
    waitFor(`the answer to show ${text}`, async () =>
      (await page.locator('.graphiql-response').innerText()).replaceAll('\u00A0', ' ').includes(text),
    );

  async function write(page: Page, editor: string, text: string): Promise<void> {
    await page.locator(`${editor} .monaco-editor`).click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(text);
  }

  async function writeQuery(page: Page, query: string): Promise<void> {
    await write(page, '.graphiql-query-editor', query);
    // It has been read: there is one operation, and so no menu.
    await page.locator(`${button}:not([aria-haspopup])`).waitFor();
  }

  it('what a page asks of another server is seen, and so is what its policy refuses', async () => {
    const away = 'http://elsewhere.invalid/picture.png';
    const app = Fastify();
    app.get('/', (_request, reply) =>
      reply.headers(pageHeaders("'self'")).type('text/html').send(`<img src="${away}">`),
    );
    const origin = await app.listen({ port: 0, host: '127.0.0.1' });
    const visited = await visit(browser, origin);
    await waitFor('a complaint', () => visited.complaints.includes(`policy: img-src ${away}`));
    expect(elsewhere(visited.requests, origin)).toEqual([away]);
    await visited.close();
    await app.close();
  });

  describe('GraphiQL', () => {
    it('runs the example that is chosen, and shows its answer', () =>
      openGraphiql(async (page) => {
        await page.locator(button).click();
        await page.getByRole('menuitem', { name: 'TopCoins' }).click();
        await shows(page, '"priceUsd": 87123.45');
      }));

    it('marks a field that is not in the schema', () =>
      openGraphiql(async (page) => {
        await writeQuery(page, '{ health { wellbeing } }');
        await page.locator('.graphiql-query-editor .squiggly-error').waitFor();
      }));

    it('explains the schema, and finds a type', () =>
      openGraphiql(async (page) => {
        await page.getByRole('button', { name: /show documentation explorer/i }).click();
        await page.getByRole('link', { name: 'Mutation' }).waitFor();
        await page.getByRole('combobox').fill('ExclusionReason');
        await page.getByRole('option', { name: 'ExclusionReason', exact: true }).click();
        await page.getByText("Why a quote has no part in its coin's consensus.").waitFor();
      }));

    it('follows a subscription until it is stopped', () =>
      openGraphiql(async (page) => {
        await writeQuery(page, 'subscription { coinsChanged { version coins { id priceUsd } } }');
        await page.locator(button).click();
        await shows(page, '"version":');
        await appendRun(database.sql, {
          stream: 'coingecko.markets',
          runId: 'later',
          startedAt: new Date('2026-11-20T11:00:00Z'),
          params: { vs_currency: 'usd' },
          pages: [
            JSON.stringify([{ ...bitcoin, current_price: 12_345.5, last_updated: '2026-11-20T11:00:00Z' }]),
          ],
        });
        await projectAll(database);
        await shows(page, '"priceUsd": 12345.5');
        await page.locator(button).click();
      }));

    it('sends the key that is entered as a header, and keeps it nowhere', () =>
      openGraphiql(async (page) => {
        const reason = 'seen in a browser';
        await writeQuery(
          page,
          `mutation { pauseSource(input: { name: "coingecko", reason: "${reason}" }) { source { pausedReason } } }`,
        );
        await page.locator(button).click();
        await shows(page, 'UNAUTHENTICATED');
        await page.getByRole('button', { name: 'Headers' }).click();
        await write(
          page,
          '.graphiql-editor-tool .graphiql-editor:not(.hidden)',
          `{ "Authorization": "Bearer ${adminKey}" }`,
        );
        await page.locator(button).click();
        await shows(page, `"pausedReason": "${reason}"`);
        expect(site.authorizations).toContain(`Bearer ${adminKey}`);
        expect(
          await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])'),
        ).not.toContain(adminKey);
      }));
  });

  describe('the pages of the REST routes', () => {
    const paths = async () => Object.keys((await readDocument(site.app)).paths);

    it('/docs lists every route', () =>
      open(browser, `${site.origin}/docs`, async (page) => {
        const listed = page.locator('[data-path]');
        await listed.first().waitFor();
        const shown = (await listed.all()).map((each) => each.getAttribute('data-path'));
        expect(new Set(await Promise.all(shown))).toEqual(new Set(await paths()));
      }));

    it('/docs tries one out, and shows its answer', () =>
      open(browser, `${site.origin}/docs`, async (page) => {
        await page.locator('[data-path="/stats/runs"]').click();
        await page.getByRole('button', { name: 'Execute' }).click();
        await page.locator('.live-responses-table').getByText('"run_id": "tickers"').waitFor();
      }));

    it('/redoc lists every route', () =>
      open(browser, `${site.origin}/redoc`, async (page) => {
        await page.getByRole('heading', { name: 'coinlog' }).waitFor();
        for (const path of await paths())
          expect(await page.getByText(path, { exact: true }).count(), path).toBeGreaterThan(0);
      }));

    it('/redoc finds a route', () =>
      open(browser, `${site.origin}/redoc`, async (page) => {
        await page.getByPlaceholder('Search...').fill('CSV');
        await page.getByRole('search').getByText('The history as CSV').first().waitFor();
      }));
  });
});
