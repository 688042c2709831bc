/** File names beside this script, written in by the build. */
declare const WORKER_FILES: { editor: string; graphql: string; json: string };

/** Monaco asks for a worker by the label of its language; every other label is served by the editor's own. */
export function setUpWorkers(): void {
  const files = new Map(Object.entries(WORKER_FILES));
  Object.assign(globalThis, {
    MonacoEnvironment: {
      getWorker: (_id: string, label: string) =>
        new Worker(new URL(files.get(label) ?? WORKER_FILES.editor, import.meta.url)),
    },
  });
}
