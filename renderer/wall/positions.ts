/** @file Where each search of this window was left, so that going back shows the same pictures under the same focus. */

export type Position = { top: number; focus: number };

const positions = new Map<string, Position>();
const most = 100;

export function keepPosition(key: string, position: Position): void {
  positions.delete(key);
  positions.set(key, position);
  const oldest = positions.keys().next().value;
  if (positions.size > most && oldest !== undefined) positions.delete(oldest);
}

export function positionOf(key: string): Position | undefined {
  return positions.get(key);
}
