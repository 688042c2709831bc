import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Debian's; another one by CHROMIUM_PATH. */
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser)
  process.stderr.write(
    `skipped: the pages in a browser (no ${executablePath}; "apt-get install chromium", or set CHROMIUM_PATH)\n`,
  );

/** A browser with a profile of its own, which asks nobody for anything by itself and cannot leave this machine. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });

/** A page, and what it has asked for and complained about so far. */
export interface Visit {
  page: Page;
  /** Every address that was asked for, by the page or its workers. */
  requests: string[];
  /** Errors and warnings of the console, exceptions that nobody caught, and breaches of the content policy. */
  complaints: string[];
  close(): Promise<void>;
}

// In the page. Chromium tells the console, too; this one names what was refused.
const reportBreaches = `document.addEventListener('securitypolicyviolation', (breach) =>
  console.error('policy: ' + breach.violatedDirective + ' ' + breach.blockedURI));`;

/** Opens a page as a new visitor. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  await context.addInitScript(reportBreaches);
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(url);
  return { page, requests, complaints, close: () => context.close() };
}

/** Addresses of another server. What is made within the page (`blob:`, `data:`) is none. */
export const elsewhere = (requests: readonly string[], origin: string): string[] =>
  requests.filter((request) => /^(?:https?|wss?):/.test(request) && new URL(request).origin !== origin);
