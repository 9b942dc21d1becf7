"""PEP 3333 on a connection: environ, input, start_response, the body, and close."""
