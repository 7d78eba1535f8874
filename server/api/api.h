/* api.h - the handlers behind the router's table; server/api/docs/openapi.json describes them. */
#ifndef SERVER_API_API_H
#define SERVER_API_API_H

#include "server/http/exchange.h"

/* rooms.c */
void api_room_create(exchange *x);
void api_room_get(exchange *x);
void api_room_patch(exchange *x);
void api_room_delete(exchange *x);
void api_room_code(exchange *x);

/* chat.c */
void api_chat_read(exchange *x);
void api_chat_say(exchange *x);

/* history.c */
void api_history_overview(exchange *x);
void api_history_rows(exchange *x);
void api_version_add(exchange *x);

/* complete.c */
void api_autocomplete(exchange *x);

/* status.c */
void api_healthz(exchange *x);
void api_readyz(exchange *x);
void api_metrics(exchange *x);

/* files.c */
void api_static(exchange *x);
void api_app_page(exchange *x);
void api_docs(exchange *x);

#endif
