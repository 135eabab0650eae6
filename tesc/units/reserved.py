"""Words that cannot be names in generated code; tests compile each of them."""

from __future__ import annotations

# Keywords of gnu11 as gcc knows them. Words of types are missing: the parser reports them as parameters'
# names.
C_KEYWORDS = frozenset(
    """asm auto break case continue default do else enum extern for goto if inline register return
    sizeof static struct switch typedef typeof union while
    _Alignas _Alignof _Atomic _Bool _Complex _Decimal128 _Decimal32 _Decimal64 _Float128 _Float32
    _Float32x _Float64 _Float64x _Generic _Imaginary _Noreturn _Static_assert _Thread_local
    __FUNCTION__ __PRETTY_FUNCTION__ __alignof __alignof__ __asm __asm__ __attribute __attribute__
    __auto_type __builtin_choose_expr __builtin_offsetof __builtin_types_compatible_p
    __builtin_va_arg __complex __complex__ __const __const__ __extension__ __func__ __imag __imag__
    __inline __inline__ __int128 __label__ __real __real__ __restrict __restrict__ __signed
    __signed__ __thread __typeof __typeof__ __volatile __volatile__""".split()
)
# Macros with a plain value that every generated source has: gcc's own, and those of the standard headers that
# come with trace/control.h. `stdin` is such a macro too, but expands to itself.
C_CONSTANTS = frozenset(
    """linux unix true false NULL __FILE__ __LINE__ __DATE__ __TIME__ __STDC__
    BUFSIZ EOF EXIT_FAILURE EXIT_SUCCESS FILENAME_MAX FOPEN_MAX L_tmpnam P_tmpdir
    RAND_MAX SEEK_CUR SEEK_END SEEK_SET TMP_MAX
    CHAR_BIT CHAR_MAX CHAR_MIN INT_MAX INT_MIN LLONG_MAX LLONG_MIN LONG_MAX LONG_MIN MB_LEN_MAX
    SCHAR_MAX SCHAR_MIN SHRT_MAX SHRT_MIN UCHAR_MAX UINT_MAX ULLONG_MAX ULONG_MAX USHRT_MAX
    NAME_MAX PATH_MAX PIPE_BUF SSIZE_MAX
    INTMAX_MAX INTMAX_MIN INTPTR_MAX INTPTR_MIN PTRDIFF_MAX PTRDIFF_MIN SIG_ATOMIC_MAX
    SIG_ATOMIC_MIN SIZE_MAX UINTMAX_MAX UINTPTR_MAX WCHAR_MAX WCHAR_MIN WINT_MAX WINT_MIN
    BIG_ENDIAN BYTE_ORDER LITTLE_ENDIAN PDP_ENDIAN""".split()
)
# gcc defines it when it compiles for 32-bit x86.
C_CONSTANTS_32 = frozenset({"i386"})
# Macros of POSIX headers that QEMU's osdep.h includes. `errno` expands to a call, which is valid in a
# declaration, but is then not the argument.
POSIX_CONSTANTS = frozenset(
    """sa_handler sa_sigaction si_addr si_band si_fd si_int si_lower si_overrun si_pid si_ptr
    si_status si_stime si_timerid si_uid si_upper si_utime si_value sigev_notify_attributes
    sigev_notify_function st_atime st_ctime st_mtime static_assert
    EAGAIN EBADF EBUSY EEXIST EFAULT EINTR EINVAL EIO ENOENT ENOMEM ENOSYS ENOTSUP EPERM ERANGE
    O_APPEND O_CREAT O_NONBLOCK O_RDONLY O_RDWR O_TRUNC O_WRONLY
    SIGABRT SIGALRM SIGBUS SIGINT SIGKILL SIGPIPE SIGSEGV SIGTERM SIGUSR1 SIGUSR2""".split()
)
# Constants of <syslog.h>.
SYSLOG_CONSTANTS = frozenset(
    """LOG_ALERT LOG_AUTH LOG_AUTHPRIV LOG_CONS LOG_CRIT LOG_CRON LOG_DAEMON LOG_DEBUG LOG_EMERG
    LOG_ERR LOG_FTP LOG_INFO LOG_KERN LOG_LOCAL0 LOG_LOCAL1 LOG_LOCAL2 LOG_LOCAL3 LOG_LOCAL4
    LOG_LOCAL5 LOG_LOCAL6 LOG_LOCAL7 LOG_LPR LOG_MAIL LOG_NDELAY LOG_NEWS LOG_NFACILITIES LOG_NOTICE
    LOG_NOWAIT LOG_ODELAY LOG_PERROR LOG_PID LOG_SYSLOG LOG_USER LOG_UUCP LOG_WARNING""".split()
)
# Local variables of the functions that LTTng's macros define for an event.
LTTNG_LOCALS = frozenset(
    """__ctx __dynamic_len __dynamic_len_idx __event __event_align __event_len
    __interpreter_stack_prepared __notif_ctx __num_fields __probe_ctx __ret __stack_data __stackvar
    __tmp __tp_data""".split()
)
# SystemTap's built-in functions, whose names are words of its language. The keywords are in `compat`;
# tracetool lacks `private`.
STAP_BUILT_IN = frozenset(
    "print printd printdln printf println sprint sprintd sprintdln sprintf sprintln".split()
)
STAP_NOT_ESCAPED = frozenset({"private"})
