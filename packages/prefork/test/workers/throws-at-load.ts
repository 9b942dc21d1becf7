import '@trivet/prefork/worker'

// Never gets as far as joining.
throw new Error('no module named guestbook')
