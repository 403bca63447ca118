/** Imports a driver. Bundlers leave this import alone: it is resolved where the bundle runs. */
export function importDriver<Exports>(name: string): Promise<Exports> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name) as Promise<Exports>
}
