import EventLogs
import Foundation
import KafkaLog
import LocalStore
import Records
import Simulation
import Support
import Synchronization
import Testing

/// The logs that must all behave as `EventLog` says.
enum LogKind: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, simulated, kafkaMock
    /// A real cluster, where the environment names one: `CORDON_TEST_BOOTSTRAP=host:port`.
    case kafkaCluster

    static let present = allCases.filter { $0 != .kafkaCluster || bootstrap != nil }
    /// Those that know transactions.
    static let transactional = present.filter { $0 != .kafkaMock }
    /// Those that know groups.
    static let grouped = transactional.filter { $0 != .simulated }
    /// Those whose readers wait for another thread; a simulated one lets time pass instead.
    static let waiting = present.filter { $0 != .simulated }
    static let bootstrap = ProcessInfo.processInfo.environment["CORDON_TEST_BOOTSTRAP"]

    var testDescription: String { rawValue }
}

/// One log of a kind, with all that it needs.
final class LogFixture: Sendable {
    let log: any EventLog
    private let kind: LogKind
    private let directory: TemporaryFolder?
    private let mock: MockKafkaCluster?
    /// How long a member of a group listens before it releases what is revoked.
    let flushing: Duration

    init(_ kind: LogKind) throws {
        self.kind = kind
        flushing = kind == .kafkaCluster ? .milliseconds(100) : .zero
        switch kind {
        case .sqlite:
            let folder = try TemporaryFolder()
            directory = folder
            mock = nil
            log = try SQLiteEventLog(directory: folder.path, clock: FixedClock())
        case .simulated:
            let clock = SimulatedClock(start: 1_700_000_000_000_000)
            directory = nil
            mock = nil
            log = SimulatedLog(SimulatedBroker(clock: clock), clock: clock)
        case .kafkaMock:
            let cluster = try MockKafkaCluster()
            directory = nil
            mock = cluster
            log = try KafkaEventLog(properties: ["bootstrap.servers": cluster.bootstrapServers])
        case .kafkaCluster:
            directory = nil
            mock = nil
            log = try KafkaEventLog(properties: ["bootstrap.servers": LogKind.bootstrap ?? ""])
        }
    }

    /// A new topic, named so that no other test has it.
    func topic(partitions: Int = 1) throws -> String {
        let name = "test-\(UUID().uuidString.lowercased()).events"
        if let mock {
            try mock.create(name, partitions: partitions)
        } else {
            try log.create([TopicSettings(name: name, partitions: partitions)])
        }
        return name
    }

    /// Has a writer of an id begin a batch and not commit it. On Kafka the log then holds an aborted transaction: half of the
    /// batch from before `meanwhile`, half from after it. On the embedded log, which writes a batch at once, nothing is there.
    func abandon(_ batch: [NewRecord], as id: String, meanwhile: () throws -> Void = {}) throws {
        guard kind == .kafkaCluster, let bootstrap = LogKind.bootstrap else {
            let writer = try log.writer(id: id)
            try meanwhile()
            let missing = NewRecord(TopicPartition(missingTopic()), "")
            #expect(throws: LogError.self) { try writer.append(batch + [missing], committing: [], group: id) }
            return
        }
        try AbortedTransaction.append(batch, as: id, bootstrap: bootstrap, meanwhile: meanwhile)
    }

    /// The name of a topic that doesn't exist.
    func missingTopic() -> String {
        let name = "test-\(UUID().uuidString.lowercased()).missing"
        mock?.hide(name)
        return name
    }
}

/// Keeps fixtures for as long as the suite of a test stands: logs and readers outlive their last use of a fixture.
final class Fixtures: Sendable {
    private let made = Mutex<[LogFixture]>([])

    func make(_ kind: LogKind) throws -> LogFixture {
        let fixture = try LogFixture(kind)
        made.withLock { $0.append(fixture) }
        return fixture
    }
}
