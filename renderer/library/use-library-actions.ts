/** @file What can be done to the library from the page, each with what is said afterwards. */
import { useMutation } from '@tanstack/react-query';
import { queries, queryClient } from '../app/api.ts';
import { notify } from '../app/notices.ts';
import { problemCode } from '../app/problem.ts';
import { useMessages } from '../messages/messages.ts';

/** Events would tell too, but a moment later than the eye expects. */
export function refreshLibrary(): void {
  for (const key of [queries.status.key(), queries.listFolders.key(), queries.failures.key()]) {
    void queryClient.invalidateQueries({ queryKey: key });
  }
}

export function useReportProblem(): (error: unknown) => void {
  const { problem } = useMessages();
  return (error) => notify(problem.codes[problemCode(error)][0], error);
}

export function usePauseOrResume(): (pause: boolean) => void {
  const onError = useReportProblem();
  const pause = useMutation(queries.pause.mutationOptions({ onSettled: refreshLibrary, onError }));
  const resume = useMutation(queries.resume.mutationOptions({ onSettled: refreshLibrary, onError }));
  return (wanted) => (wanted ? pause : resume).mutate(undefined);
}

export function useAddSamples() {
  const { library } = useMessages();
  const onError = useReportProblem();
  return useMutation(
    queries.addSamples.mutationOptions({ onSuccess: (folder) => notify(library.added(folder.path)), onSettled: refreshLibrary, onError }),
  );
}

export function useRescan() {
  const { library } = useMessages();
  const onError = useReportProblem();
  return useMutation(queries.rescan.mutationOptions({ onSuccess: () => notify(library.rescanning), onError }));
}

export function useRetry() {
  const { library } = useMessages();
  const onError = useReportProblem();
  return useMutation(
    queries.retry.mutationOptions({ onSuccess: ({ retried }) => notify(library.retried(retried)), onSettled: refreshLibrary, onError }),
  );
}
