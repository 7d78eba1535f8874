/* people.h - what rooms ask the store about people, as room_sink says.  Private to host/. */
#ifndef HOST_PEOPLE_H
#define HOST_PEOPLE_H

#include "host/table.h"

void people_store_author(void *ctx, room *r, const store_author *author);
bool people_store_chat(void *ctx, room *r, uint64_t session, const store_chat *said);

#endif
