/* sweeper.h - deletes rooms that nobody used for as long as they were to be kept.
 *
 * A batch goes from the store thread, which finds the expired rooms, to the loops, which know
 * whether somebody is in one, and back to the store thread, which deletes those that nobody is in.
 */
#ifndef SERVER_STORE_SWEEPER_H
#define SERVER_STORE_SWEEPER_H

#include "server/app/app.h"

/* sweeper_run - look once, from any thread; a small batch at a time, more batches while there is
 * more to delete.  Nothing is done when a look is under way. */
void sweeper_run(app *a);

#endif
