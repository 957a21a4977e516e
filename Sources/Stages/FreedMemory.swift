import Cglibc

/// Keeps what is freed for the next allocation, up to some dozen megabytes: a batch's buffers come and go many times a second,
/// and the system would clear each of their pages every time (a third of a party's processor time was that).
package func keepFreedMemory() {
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, 64 << 20)
}
