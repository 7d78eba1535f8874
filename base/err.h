/* err.h - the error codes shared by every floor below server/.
 *
 * Zero is success, every failure is negative.  The three bands say whose fault it is: input (the
 * peer sent something wrong), limit (too much was asked for), system (ours: memory, storage).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum base_err {
    BASE_OK = 0,
    BASE_EMALFORMED = -1, /* input: the bytes are not what they claim to be */
    BASE_ELIMIT = -20,    /* limit: a ceiling given by the caller would be passed */
    BASE_ENOMEM = -40,    /* system: the allocator said no */
};

/* The result must be looked at. */
#define BASE_MUST_CHECK __attribute__((warn_unused_result))

#endif
