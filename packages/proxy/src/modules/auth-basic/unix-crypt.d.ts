/** What is used of `unix-crypt-td-js`, which brings no types: the DES scheme of crypt(3). */
declare module 'unix-crypt-td-js' {
  const unixCrypt: (password: string, salt: string) => string
  export default unixCrypt
}
