/* wrap.h - functions that the linker puts between a caller and what it calls (--wrap). */
#ifndef SIM_WRAP_H
#define SIM_WRAP_H

/* WRAPPED - begins the function that is called instead of `name`; __real_name is the one itself. */
#define WRAPPED(type, name, ...)                                                                   \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

#endif
