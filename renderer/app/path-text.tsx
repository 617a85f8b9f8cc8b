/** @file A path that breaks between its parts before it breaks within them. */
import { Fragment } from 'react';

export function PathText({ path }: { path: string }) {
  return path.split(/(?<=[\\/])/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one path have no other name
    <Fragment key={at}>
      {part}
      <wbr />
    </Fragment>
  ));
}
