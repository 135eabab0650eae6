#include "qemu/osdep.h"

#include "hw/misc/lamp.h"
#include "net/socket.h"
#include "trace/control.h"
#include "trace/trace-root.h"

/* `demo -trace PATTERN ...` switches events on as `qemu-system-x86_64 -trace PATTERN` does. */
int main(int argc, char **argv)
{
    Lamp lamp;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "-trace") == 0) {
            trace_enable_events(argv[i + 1]);
        }
    }
    trace_init_file();
    trace_demo_main(argc);
    lamp_reset(&lamp);
    lamp_write(&lamp, 0x10, 64, 4);
    socket_send("house.example", 1883, "lamp 64");
    return 0;
}
