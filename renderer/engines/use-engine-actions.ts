/** @file What can be done with engines from the page, each with what is said afterwards. */
import { useMutation } from '@tanstack/react-query';
import type { EngineInfo } from '../../core/api/library.ts';
import { queries, queryClient } from '../app/api.ts';
import { notify } from '../app/notices.ts';
import { useReportProblem } from '../library/use-library-actions.ts';
import { useMessages } from '../messages/messages.ts';

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
  /** `present`: the one that answers now. */
  take(engine: EngineInfo, present: EngineInfo | undefined): void;
  takeBeside(engine: EngineInfo, present: EngineInfo): void;
  /** Ends a change of engine, or two side by side: this one goes on alone. */
  keep(engine: EngineInfo, said: string): void;
};

export function useEngineActions(): EngineActions {
  const { engines } = useMessages();
  const action = useAction();
  const install = useMutation(queries.installEngine.mutationOptions(action));
  const stop = useMutation(queries.stopInstall.mutationOptions(action));
  const use = useMutation(queries.useEngine.mutationOptions(action));
  return {
    // Whoever comes this far has agreed, or there is nothing to agree to.
    install: ({ id, name }) => install.mutate({ id, consent: true }, { onSuccess: () => notify(engines.downloadStarted(name)) }),
    stop: ({ id }) => stop.mutate({ id }, { onSuccess: () => notify(engines.downloadStopped) }),
    take: ({ id, name, covered, of }, present) =>
      use.mutate(
        { id },
        { onSuccess: () => notify(present && covered < of ? engines.changing(name, present.name) : engines.changed(name)) },
      ),
    takeBeside: ({ id, name }, present) =>
      use.mutate({ id, beside: true }, { onSuccess: () => notify(engines.sideBySide(name, present.name)) }),
    keep: ({ id }, said) => use.mutate({ id }, { onSuccess: () => notify(said) }),
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
