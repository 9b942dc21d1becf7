/** The sample application: `app` is a Hono application, `{ fetch }`, which the container finds by its name. */
import type { Hono } from 'hono'
import { createApp } from './app.ts'
import { dataFolder } from './data-folder.ts'
import { openGuestbook } from './guestbook.ts'

export const app: Hono = createApp(openGuestbook(dataFolder(process.env)))
