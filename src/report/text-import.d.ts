/** `?raw` imports a file as text; the bundler and the test runner both know it. */
declare module '*?raw' {
  const text: string
  export default text
}
