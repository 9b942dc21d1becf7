/**
 * Node's http module, without the namespace that an `import` makes: that one reads every export, the lazy ones too, and so
 * loads Node's fetch, HTTP/2 and web streams, which costs each process 60 ms and 16 MB.
 */
export const http: typeof import('node:http') = process.getBuiltinModule('node:http')
