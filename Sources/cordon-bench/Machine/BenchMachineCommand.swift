import ArgumentParser
import Terminal

/// `cordon-bench machine`: what this machine gives, beside which the protocol's figures are read.
struct BenchMachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine", abstract: "Measure what bounds the protocol on this machine: AES, TCP, memory.",
        discussion: """
            The pseudo-random streams and boxes are made by the protocol's own calls, on one thread; TCP runs over blocking \
            sockets between two threads. Each figure is the median of five repetitions. Under 10 seconds in all.
            """)

    @Option(help: ArgumentHelp("Write the figures as JSON, too.", valueName: "file")) var json: String?

    struct Figures: Codable {
        var aesCTR: Double
        var sealMicroseconds: Double
        var openMicroseconds: Double
        var sha256: Double
        var memoryCopy: Double
        var tcp: Double
        var roundTripOfOneByte: Double
        var roundTripOfABatch: Double

        enum CodingKeys: String, CodingKey {
            case aesCTR = "aes_128_ctr_gb_per_s"
            case sealMicroseconds = "aes_256_gcm_seal_1kb_us"
            case openMicroseconds = "aes_256_gcm_open_1kb_us"
            case sha256 = "sha_256_gb_per_s"
            case memoryCopy = "memory_copy_gb_per_s"
            case tcp = "tcp_loopback_gb_per_s"
            case roundTripOfOneByte = "tcp_round_trip_1b_us"
            case roundTripOfABatch = "tcp_round_trip_400kb_us"
        }
    }

    func run() throws {
        let progress = Progress("machine")
        let boxes = try Repeated.boxes()
        let link = try LoopbackLink()
        let figures = Figures(
            aesCTR: Repeated.pseudoRandomness(), sealMicroseconds: boxes.seal, openMicroseconds: boxes.open,
            sha256: Repeated.hashes(), memoryCopy: Repeated.copies(),
            tcp: try Repeated.median { try link.throughput() },
            roundTripOfOneByte: try Repeated.median { try link.roundTrip(bytes: 1, times: 2000) },
            roundTripOfABatch: try Repeated.median { try link.roundTrip(bytes: 400_000, times: 200) })
        progress.done("8 figures")
        say(
            """
            AES-128-CTR                 \(column(decimals(figures.aesCTR, 2), 8)) GB/s
            AES-256-GCM, seal 1 KB      \(column(decimals(figures.sealMicroseconds, 2), 8)) µs
            AES-256-GCM, open 1 KB      \(column(decimals(figures.openMicroseconds, 2), 8)) µs
            SHA-256                     \(column(decimals(figures.sha256, 2), 8)) GB/s
            memory copy                 \(column(decimals(figures.memoryCopy, 2), 8)) GB/s
            TCP loopback, one way       \(column(decimals(figures.tcp, 2), 8)) GB/s
            TCP round trip of 1 B       \(column(decimals(figures.roundTripOfOneByte, 1), 8)) µs p50
            TCP round trip of 400 KB    \(column(decimals(figures.roundTripOfABatch, 1), 8)) µs p50
            """)
        if let json { try writeFigures(figures, to: json) }
    }
}
