/** `WebAssembly.Module`, on platforms whose types declare it. */
type CompiledModule = typeof globalThis extends { WebAssembly: { Module: new (...args: never) => infer Module } }
  ? Module
  : never

/** The module: compiled, or as bytes where the platform may compile them. */
export type ModuleSource = CompiledModule | ArrayBuffer | Uint8Array
