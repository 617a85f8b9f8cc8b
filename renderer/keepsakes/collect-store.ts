/** @file What is being collected: any page opens the dialog by saying which items. */
import { create } from 'zustand';

export const useCollecting = create<{ opened: boolean; ids: readonly string[] }>(() => ({ opened: false, ids: [] }));

/** Asks into which collection these items go. */
export function collectItems(ids: readonly string[]): void {
  useCollecting.setState({ opened: ids.length > 0, ids });
}

export function stopCollecting(): void {
  useCollecting.setState({ opened: false });
}
