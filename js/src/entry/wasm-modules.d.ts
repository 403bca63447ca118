// What workerd and edge runtimes import for a `.wasm` file: a compiled module, not yet instantiated.
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
