/** @file The processes below a process, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Pids of all descendants; Linux only. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const below: number[] = [];
  for (let layer = [pid]; layer.length > 0; ) {
    layer = [...parents].filter(([, parent]) => layer.includes(parent)).map(([child]) => child);
    below.push(...layer);
  }
  return below;
}

export function isAlive(pid: number): boolean {
  return stat(pid)?.[0] !== undefined && stat(pid)?.[0] !== 'Z';
}

function parentOf(pid: number): number | undefined {
  const parent = Number(stat(pid)?.[1]);
  return Number.isNaN(parent) ? undefined : parent;
}

/** State and parent; a process may end while we look. */
function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Waits for a condition, generously. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not so within ${seconds} s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
