import ArgumentParser
import LocalStore

/// The options that benches of the whole pipeline have in common: of its log, its generator, its world and its figures.
struct PipelineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What the log survives: the end of any process, as a Kafka broker's does by default, or a power cut, where every \
            append waits for this machine's disk.
            """))
    var durability = LogDurability.process

    @Option(help: "Milliseconds by which the generator may be late (p99).")
    var lateMs = 5.0

    @Option(help: "Transactions on their way at once, as fast as decisions come back.")
    var window = 1024

    @Option(help: "Customers of the simulated world.")
    var customers = 3000

    @Option(help: "Seed of the simulated world.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Where topics, features, mappings and policies are.", valueName: "dir"))
    var pipelines = "pipelines"

    @Option(help: ArgumentHelp("Write the figures as JSON, too.", valueName: "file"))
    var json: String?

    func validate() throws {
        guard (1...1_000_000).contains(window) else { throw ValidationError("`--window` is 1 to 1,000,000") }
        guard lateMs > 0 else { throw ValidationError("`--late-ms` is more than none") }
        guard (100...1_000_000).contains(customers) else {
            throw ValidationError("`--customers` is 100 to 1,000,000")
        }
    }

    /// Throws where the open loop's rate, or how long something is measured, is none that can be measured.
    func check(rate: Int, seconds: [Double]) throws {
        guard (1...1_000_000).contains(rate), seconds.allSatisfy({ $0 > 0 && $0 <= 3600 }) else {
            throw ValidationError("`--rate` is 1 to 1,000,000, and seconds are above 0 and at most 3,600")
        }
    }

    /// Days of the world that hold so many transactions: nearly two a customer and day.
    func days(_ transactions: Int) -> Int {
        max(7, Int((Double(transactions) / (1.9 * Double(customers))).rounded(.up)))
    }
}
