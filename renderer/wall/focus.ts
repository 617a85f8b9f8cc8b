/** @file Putting the focus on the wall from elsewhere. */

export const wallId = 'oneword-wall';

export function focusFirstTile(): void {
  const wall = document.getElementById(wallId);
  const tile = wall?.querySelector<HTMLElement>('[data-tile][tabindex="0"]') ?? wall?.querySelector<HTMLElement>('[data-tile]');
  tile?.focus();
}
