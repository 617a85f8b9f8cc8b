/** @file What can be done with the picture in the viewer: one list, which the bar, the menu and the keys share. */
import {
  IconArrowsShuffle,
  IconColumns2,
  IconCopy,
  IconDownload,
  IconFolderOpen,
  IconFolderPlus,
  IconLink,
  IconPhotoEdit,
  IconPhotoSearch,
  IconStar,
  IconStarFilled,
  type TablerIcon,
} from '@tabler/icons-react';
import type { KeyId } from '../app/keys.ts';
import { notify } from '../app/notices.ts';
import { isThisMachine, reveal } from '../app/reveal.ts';
import { takePicture } from '../box/take-picture.ts';
import { compare } from '../compare/comparison.ts';
import { collectItems } from '../keepsakes/collect-store.ts';
import type { Stars } from '../keepsakes/use-keepsakes.ts';
import type { Messages } from '../messages/messages.ts';
import { withPictureKept } from '../query/query-state.ts';
import { place } from '../query/use-place.ts';
import { canCopyPictures, copyPicture } from './clipboard.ts';
import { drawnAsTheyAre, type ShownPicture } from './picture-view.tsx';

export type ViewerAction = {
  id: KeyId<'viewer'>;
  label: string;
  icon: TablerIcon;
  /** Where it is a state that is on or off. */
  isOn?: boolean;
  /** An address to download from, in place of something to run. */
  href?: string;
  run(): void;
};

type Subject = ShownPicture & { path: string; starred: boolean };
type Neighbours = { next: { id: string } | undefined; previous: { id: string } | undefined };

/** In the order of the menu. What is not possible here is left out. */
export function actionsFor(picture: Subject, { next, previous }: Neighbours, stars: Stars, messages: Messages): ViewerAction[] {
  const { viewer } = messages;
  const { id, starred, path } = picture;
  const other = next ?? previous;
  const isOriginal = drawnAsTheyAre.includes(picture.type);
  const href = `/media/${id}?v=${picture.version}`;
  const said = (work: Promise<void>, done: string): void =>
    void work.then(
      () => notify(done),
      (error: unknown) => notify(viewer.copyFailed, error),
    );
  const actions: (ViewerAction | false | undefined)[] = [
    {
      id: 'star',
      label: starred ? viewer.unstar : viewer.star,
      icon: starred ? IconStarFilled : IconStar,
      isOn: starred,
      run: () => stars.set([id], !starred),
    },
    { id: 'collect', label: viewer.collect, icon: IconFolderPlus, run: () => collectItems([id]) },
    { id: 'like', label: viewer.like, icon: IconPhotoSearch, run: () => takePicture({ kind: 'item', id }, 'like') },
    { id: 'edit', label: viewer.edit, icon: IconArrowsShuffle, run: () => takePicture({ kind: 'item', id }, 'edit') },
    { id: 'use', label: viewer.use, icon: IconPhotoEdit, run: () => place.step((query) => withPictureKept(query, { kind: 'item', id })) },
    other && {
      id: 'compare',
      label: next ? viewer.compareNext : viewer.comparePrevious,
      icon: IconColumns2,
      run: () => compare(id, other.id),
    },
    { id: 'copy-path', label: viewer.copyPath, icon: IconLink, run: () => said(navigator.clipboard.writeText(path), viewer.pathCopied) },
    canCopyPictures && {
      id: 'copy-picture',
      label: viewer.copyPicture,
      icon: IconCopy,
      run: () => said(copyPicture(picture), viewer.pictureCopied),
    },
    isThisMachine(window.location.hostname) && {
      id: 'reveal',
      label: viewer.reveal,
      icon: IconFolderOpen,
      run: () => void reveal(id, messages),
    },
    !picture.offline && {
      id: 'download',
      label: isOriginal ? viewer.download : viewer.downloadPreview,
      icon: IconDownload,
      href,
      run: () => download(href, picture.name),
    },
  ];
  return actions.filter((action) => typeof action === 'object');
}

function download(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}
