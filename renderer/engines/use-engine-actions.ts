/** @file What can be done with engines from the page, each with what is said afterwards. */
import { useMutation } from '@tanstack/react-query';
import type { EngineInfo } from '../../core/api/library.ts';
import { queries, queryClient } from '../app/api.ts';
import { notify } from '../app/notices.ts';
import { useReportProblem } from '../library/use-library-actions.ts';
import { useMessages } from '../messages/messages.ts';
import type { Change, Lineup } from './engine-state.ts';

/** Events would tell too, but a moment later than the eye expects. */
export function refreshEngines(): void {
  for (const key of [queries.status.key(), queries.listEngines.key()]) void queryClient.invalidateQueries({ queryKey: key });
}

/** What every change of engines has in common: the list is fresh afterwards, and a problem is told. */
function useAction() {
  const onError = useReportProblem();
  return { onSettled: refreshEngines, onError };
}

export type EngineActions = {
  install(engine: EngineInfo): void;
  stop(engine: EngineInfo): void;
  /** Makes it the only one, now or when it has read the library. */
  take(engine: EngineInfo, lineup: Lineup): void;
  takeBeside(engine: EngineInfo, serving: EngineInfo): void;
  /** Ends a change before it is through. */
  keep(change: Change): void;
};

export function useEngineActions(): EngineActions {
  const { engines, changeEngine } = useMessages();
  const action = useAction();
  const install = useMutation(queries.installEngine.mutationOptions(action));
  const stop = useMutation(queries.stopInstall.mutationOptions(action));
  const use = useMutation(queries.useEngine.mutationOptions(action));
  return {
    // Whoever comes this far has agreed, or there is nothing to agree to.
    install: ({ id, name }) => install.mutate({ id, consent: true }, { onSuccess: () => notify(engines.downloadStarted(name)) }),
    stop: ({ id }) => stop.mutate({ id }, { onSuccess: () => notify(engines.downloadStopped) }),
    take: ({ id, name, covered, of }, { serving }) =>
      use.mutate(
        { id },
        {
          onSuccess: () => {
            if (!serving || serving.id === id) notify(engines.alone(name));
            else notify(covered < of ? engines.changing(name, serving.name) : engines.changingSoon(name, serving.name));
          },
        },
      ),
    takeBeside: ({ id, name }, serving) =>
      use.mutate({ id, beside: true }, { onSuccess: () => notify(engines.sideBySide(name, serving.name)) }),
    keep: ({ from, to }) => use.mutate({ id: from.id }, { onSuccess: () => notify(changeEngine.kept(from.name, to.name)) }),
  };
}

export type Probe = { readonly isMeasuring: boolean; measure(engine: EngineInfo): void };

export function useProbe(): Probe {
  const { engines, duration } = useMessages();
  const action = useAction();
  const probe = useMutation(queries.probeEngine.mutationOptions(action));
  return {
    isMeasuring: probe.isPending,
    measure: ({ id, name }) =>
      probe.mutate(
        { id },
        {
          onSuccess: ({ secondsPerPicture, secondsPerText }) =>
            notify(engines.measuredNow(name, duration(secondsPerPicture), duration(secondsPerText))),
        },
      ),
  };
}
