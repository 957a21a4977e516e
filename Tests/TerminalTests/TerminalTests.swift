import ArgumentParser
import EventLogs
import Foundation
import LocalStore
import Logging
import Support
import Terminal
import Testing

@Suite("Which log a process works on")
struct LogOptionsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func refusal(_ arguments: String...) throws -> String? {
        let options = try LogOptions.parse(arguments)
        do {
            _ = try options.open()
            return nil
        } catch { return "\(error)" }
    }

    @Test("is a folder, that is made, or brokers")
    func opens() throws {
        let log = try LogOptions.parse(["--log", "sqlite:\(folder.path("log"))"]).open()
        try log.create([TopicSettings(name: "bank-a.transactions")])
        #expect(log is SQLiteEventLog && FileManager.default.fileExists(atPath: folder.path("log/bank-a.sqlite")))
        #expect(try refusal("--log", "sqlite:\(folder.path("log"))?durability=process") == nil)
    }

    @Test("is told what it can be where it is something else")
    func refused() throws {
        for place in ["", "sqlite", "sqlite:", "kafka:"] {
            let said = try refusal("--log", place)
            #expect(said == "`--log \(place)` is not sqlite:FOLDER or kafka:HOST:PORT")
        }
        #expect(try refusal("--log", "redis:x") == "`--log redis:x`: the log is sqlite:FOLDER or kafka:HOST:PORT")
        let other = "sqlite:x?durability=none"
        #expect(try refusal("--log", other) == "`--log \(other)`: the durability is power or process")
    }

    @Test("takes properties for Kafka alone, as name and value")
    func properties() throws {
        #expect(
            try refusal("--log", "sqlite:\(folder.path)", "--log-property", "a=b")
                == "`--log-property` is for Kafka; this log is SQLite")
        #expect(
            try refusal("--log", "kafka:127.0.0.1:1", "--log-property", "acks")
                == "`--log-property acks` is not name=value")
    }
}

@Suite("A process's options")
struct ProcessOptionsTests {
    @Test("name a level of log lines", arguments: Logger.Level.allCases)
    func levels(level: Logger.Level) throws {
        let logger = try ProcessOptions.parse(["--log-level", level.rawValue]).logger("test")
        #expect(logger.logLevel == level && logger.label == "test")
    }

    @Test("refuse a level that is none, with those there are")
    func unknownLevel() throws {
        let options = try ProcessOptions.parse(["--log-level", "loud", "--stop-on-eof", "--metrics", "m.prom"])
        #expect(options.stopOnEof && options.metrics == "m.prom")
        do {
            _ = try options.logger("test")
            Issue.record("it was taken")
        } catch { #expect("\(error)" == "`--log-level loud` is not trace, debug, info, notice, warning or error") }
    }
}

@Suite("Figures on a terminal")
struct NumberTests {
    @Test("have as many decimals as asked for, or a dash")
    func places() {
        #expect(
            decimals(0.6484) == "0.648" && decimals(nil) == "-" && decimals(2, 0) == "2" && decimals(-1.25, 1) == "-1.2"
        )
    }

    @Test("stand in columns, to either side, and are never cut")
    func columns() {
        #expect(column("ab", 4) == "  ab" && column("ab", 4, left: true) == "ab  ")
        #expect(column("abcde", 4) == "abcde" && column("", 2) == "  ")
    }

    @Test("percentiles are values of the sample, by nearest rank", arguments: 1...8 as ClosedRange<UInt64>)
    func percentiles(seed: UInt64) {
        var random = SplitMix64(seed)
        let sample = (0..<Int.random(in: 1...50, using: &random)).map { _ in Int.random(in: 0...99, using: &random) }
            .sorted()
        for part in [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1] {
            guard let value = percentile(sample, part) else {
                Issue.record("a sample has its percentiles")
                return
            }
            // At least that part of the sample is no greater, and no smaller value would do.
            #expect(Double(sample.count { $0 <= value }) >= part * Double(sample.count))
            #expect(value == sample[0] || Double(sample.count { $0 < value }) < part * Double(sample.count))
        }
        #expect(percentile([Int](), 0.5) == nil && percentile([7], 0) == 7 && percentile([1, 2], 1) == 2)
    }

    @Test("as JSON are a line each, in the order of their names")
    func json() {
        struct Figures: Encodable { var b = 1; var a = "x/y" }
        #expect(String(decoding: encodeJSON(Figures()), as: UTF8.self) == "{\n  \"a\" : \"x/y\",\n  \"b\" : 1\n}\n")
    }
}

@Suite("Files that a command reads and writes")
struct FileTests {
    @Test("are written with the folders above them, and read whole")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a/b/c.txt")
        try writeFile([1, 2, 3], to: path)
        #expect(try readFile(path) == [1, 2, 3])
        try writeFile([], to: path)
        #expect(try readFile(path) == [])
    }

    @Test("that can't be read or written are named")
    func named() throws {
        let folder = try TemporaryFolder()
        func said(_ body: () throws -> Void) -> String? {
            do {
                try body()
                return nil
            } catch { return "\(error)" }
        }
        let missing = folder.path("none")
        #expect(said { _ = try readFile(missing) } == "\(missing) can't be read")
        try writeFile([1], to: folder.path("file"))
        let below = folder.path("file/x")
        #expect(said { try writeFile([1], to: below) } == "\(below) can't be written")
    }
}
