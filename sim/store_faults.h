/* store_faults.h - faults of the store: see store_faults.c. */
#ifndef SIM_STORE_FAULTS_H
#define SIM_STORE_FAULTS_H

struct loop;

/* store_faults_begin - calls of this process's store thread can be hit; NULL: of nobody. */
void store_faults_begin(struct loop *s);

#endif
