/** @file One step of composing: the picture as it is searched with, and its edit. */
import { CroppedPicture } from '../box/cropped-picture.tsx';
import { usePictureTrouble } from '../box/picture-trouble.ts';
import { type Messages, useMessages } from '../messages/messages.ts';
import styles from './step-button.module.css';
import type { Step } from './step-tree.ts';

type Props = {
  step: Step;
  /** Its place in the row, from 1. */
  at: number;
  branchesFrom: number | null;
  isCurrent: boolean;
  /** Not on the way to the current step. */
  isAside: boolean;
  onGoTo(): void;
};

export function StepButton({ step, at, branchesFrom, isCurrent, isAside, onGoTo }: Props) {
  const { steps, box } = useMessages();
  const { trouble } = usePictureTrouble(step.picture);
  const name = nameOfStep(step, steps);
  const told = trouble === 'gone' ? `${name}. ${box.gone.title}` : name;
  return (
    <button
      type="button"
      className={styles.step}
      aria-label={steps.step(at, told, branchesFrom)}
      aria-current={isCurrent ? 'step' : undefined}
      data-aside={isAside || undefined}
      tabIndex={isCurrent ? 0 : -1}
      title={told}
      onClick={onGoTo}
    >
      <CroppedPicture picture={step.picture} size={28} />
      <span className={styles.edit} dir="auto">
        {name}
      </span>
    </button>
  );
}

export function nameOfStep({ edit, picture }: Step, messages: Messages['steps']): string {
  return edit || (picture.crop ? messages.part : messages.picture);
}
