/** A compiled module, for platforms whose types know what that is. */
type CompiledModule = typeof globalThis extends { WebAssembly: { Module: new (...args: never) => infer Module } }
  ? Module
  : never

/** What a module can be given as: compiled, or as bytes where the platform may compile. */
export type ModuleSource = CompiledModule | ArrayBuffer | Uint8Array
