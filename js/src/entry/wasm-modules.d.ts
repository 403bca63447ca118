// What workerd and edge runtimes make of an import of a module: compiled, not yet instantiated.
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
