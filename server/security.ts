/**
 * @file Who may talk to the web server: only requests that name this machine, come from our own page or from no page, and know the token.
 *
 * [Note: a server on loopback] Every web page that the user visits can make the browser send requests to 127.0.0.1, and a name that an
 * attacker owns can be made to point there (DNS rebinding). So: the Host header must be an address of this machine; a request with
 * an Origin must come from that same host, and one that the browser marks as coming from elsewhere is refused even without (an
 * `<img>` has no Origin); and nothing is answered without the token, which is in the address that was printed at start and then
 * in a cookie that scripts cannot read and other sites cannot send.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { refusal } from '../engine/media.ts';

export const securityHeaders: Readonly<Record<string, string>> = {
  // Styles: Mantine writes <style> elements and style attributes. Scripts, which matter, come from files of ours only.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; font-src 'self'; " +
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()',
};

/** Adds the headers to every answer that does not set its own. */
export const addSecurityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(securityHeaders)) {
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  }
};

export function checkHostAndOrigin(names: ReadonlySet<string>): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? new URL(context.req.url).host;
    if (!names.has(host.toLowerCase().replace(/:\d+$/, ''))) {
      return refusal(421, 'bad-request', `This server is not called "${host}". Use the address that it printed at its start.`);
    }
    const origin = context.req.header('origin');
    if (origin !== undefined && origin !== `http://${host}`) {
      return refusal(403, 'permission-denied', `Requests from ${origin} are not answered.`);
    }
    const site = context.req.header('sec-fetch-site');
    const opensPage = context.req.header('sec-fetch-mode') === 'navigate' && context.req.method === 'GET';
    if ((site === 'cross-site' || site === 'same-site') && !opensPage) {
      return refusal(403, 'permission-denied', 'Requests from other sites are not answered.');
    }
    return next();
  };
}

/** Demands the token as a bearer token or as the cookie; `?token=` on a page sets the cookie and leads to the clean address. */
export function checkToken(token: string): MiddlewareHandler {
  return async (context, next) => {
    const url = new URL(context.req.url);
    const offered = url.searchParams.get('token');
    if (offered !== null && context.req.method === 'GET' && isSame(offered, token)) {
      setCookie(context, cookieName(context), token, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 365 * 24 * 3600 });
      url.searchParams.delete('token');
      context.header('cache-control', 'no-store');
      return context.redirect(`${url.pathname}${url.search}`, 303);
    }
    const bearer = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const known = bearer ?? getCookie(context, cookieName(context));
    if (known !== undefined && isSame(known, token)) return next();
    if (context.req.header('accept')?.includes('text/html')) return context.html(unknownVisitor, 401);
    return refusal(401, 'unauthorised', 'The token is missing or wrong. Open the address that Oneword printed at its start.');
  };
}

/** Cookies are shared by all ports of a host: two servers must not overwrite each other's. */
function cookieName(context: Context): string {
  return `oneword-${/:(\d+)$/.exec(context.req.header('host') ?? '')?.[1] ?? '80'}`;
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

const unknownVisitor = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Oneword</title>
<body style="font: 16px/1.5 system-ui; max-width: 34rem; margin: 20vh auto; padding: 0 1rem; color-scheme: light dark">
<h1 style="font-size: 1.25rem">This page needs its key</h1>
<p>Oneword shows your pictures only to somebody who opens it with the full address, the one with <code>?token=</code> in it.
It was printed in the terminal when Oneword was started.</p></body></html>`;
