/** @file Where the web server listens, and under which names it may be addressed there. */
import { hostname, networkInterfaces } from 'node:os';

export const defaultPort = 4242;

/** Names under which the server may be addressed. Ports are not compared, so that a tunnel from another port works. */
export function hostNames(bindAddress: string): Set<string> {
  const names = new Set(['localhost', '127.0.0.1', '[::1]']);
  if (isLoopback(bindAddress)) return names;
  names.add(hostname().toLowerCase()).add(bindAddress.toLowerCase());
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
    names.add(family === 'IPv6' ? `[${address}]` : address);
  }
  return names;
}

export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}
