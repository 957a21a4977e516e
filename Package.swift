// swift-tools-version: 6.2
import PackageDescription

// Cores (no I/O, no clock, no randomness of their own) stand left of shells and stages; `cordon` is the composition
// root. A module imports only what its line names: docs/DESIGN.md has the picture.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "cordon",
    products: [.executable(name: "cordon", targets: ["cordon"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.30.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
    ],
    targets: [
        .systemLibrary(name: "Crdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "Cglibc"),
        .systemLibrary(name: "Copenssl", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "Records", dependencies: [protobuf, crypto], swiftSettings: settings),
        .target(name: "Tokens", dependencies: ["Copenssl", "Records"], swiftSettings: settings),
        .target(name: "ThreeParty", dependencies: ["Copenssl", "Records", crypto], swiftSettings: settings),
        .target(name: "Counters", dependencies: ["Records", "ThreeParty"], swiftSettings: settings),
        .target(name: "Model", dependencies: ["Records", "ThreeParty", crypto], swiftSettings: settings),
        .target(
            name: "Keys",
            dependencies: [
                "Copenssl", "Records", "ThreeParty", crypto, protobuf,
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ],
            swiftSettings: settings),
        .target(name: "Telemetry", swiftSettings: settings),
        .target(name: "EventLogs", dependencies: ["Records"], swiftSettings: settings),
        .target(
            name: "LocalStore",
            dependencies: [
                "EventLogs", "Records", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .target(name: "KafkaLog", dependencies: ["Crdkafka", "EventLogs", "Records"], swiftSettings: settings),
        .target(
            name: "TLSTransport",
            dependencies: [
                "Records", "ThreeParty", crypto, logging,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ], swiftSettings: settings),
        .target(
            name: "Ingest",
            dependencies: [
                "Records", "ThreeParty", "Tokens", "Model", "Keys", "EventLogs", "Telemetry", crypto, logging,
            ],
            swiftSettings: settings),
        .target(
            name: "IngestHTTP",
            dependencies: [
                "Records", "Keys", "EventLogs", "Telemetry", "Ingest", crypto, logging,
                // One of its dependencies has a module named like ours.
                .product(
                    name: "Hummingbird", package: "hummingbird",
                    moduleAliases: ["Configuration": "SwiftConfiguration"]),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "SecureScoring",
            dependencies: ["Records", "ThreeParty", "Tokens", "Counters", "Keys", "EventLogs", "Telemetry", logging],
            swiftSettings: settings),
        .target(
            name: "TokenService",
            dependencies: ["Records", "ThreeParty", "Tokens", "Keys", "EventLogs", "Telemetry", crypto, logging],
            swiftSettings: settings),
        .target(
            name: "ModelSync",
            dependencies: ["Records", "ThreeParty", "Model", "Keys", "EventLogs", crypto, protobuf],
            swiftSettings: settings),
        .target(name: "Plots", swiftSettings: settings),
        .target(name: "Simulation", dependencies: ["Records", "Ingest", "Model", "Plots"], swiftSettings: settings),
        .target(
            name: "Configuration",
            dependencies: [
                "Records", "ThreeParty", "Model", "Keys", "EventLogs", "Ingest", "Simulation",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "cordon",
            dependencies: [
                "Cglibc", "Records", "ThreeParty", "Model", "Keys", "EventLogs", "LocalStore", "KafkaLog",
                "TLSTransport",
                "Tokens", "TokenService", "Counters", "Ingest", "IngestHTTP", "SecureScoring", "ModelSync",
                "Simulation",
                "Configuration",
                "Telemetry",
                "Plots", logging, crypto,
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: settings),
        .testTarget(name: "TokensTests", dependencies: ["Copenssl", "Records", "Tokens"], swiftSettings: settings),
        .testTarget(
            name: "TokenServiceTests",
            dependencies: [
                "TokenService", "Tokens", "Keys", "ThreeParty", "EventLogs", "LocalStore", "Records", "Telemetry",
                crypto, logging,
            ],
            swiftSettings: settings),
        .testTarget(name: "ThreePartyTests", dependencies: ["ThreeParty", "Records"], swiftSettings: settings),
        .testTarget(
            name: "CountersTests",
            dependencies: ["Counters", "Records", "ThreeParty", "SecureScoring", "EventLogs", "LocalStore"],
            swiftSettings: settings),
        .testTarget(name: "ModelTests", dependencies: ["Model", "Records"], swiftSettings: settings),
        .testTarget(name: "ModelSyncTests", dependencies: ["ModelSync", "Model", "Records"], swiftSettings: settings),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "Ingest", "Plots", "Records"],
            swiftSettings: settings),
        .testTarget(
            name: "ProcessTests",
            dependencies: [
                "cordon", "EventLogs", "KafkaLog", "LocalStore", "Ingest", "IngestHTTP", "Keys", "Model", "Records",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "EventLogTests", dependencies: ["EventLogs", "LocalStore", "KafkaLog", "Records", "Crdkafka"],
            swiftSettings: settings),
        .testTarget(
            name: "IngestTests",
            dependencies: [
                "Ingest", "Records", "ThreeParty", "Tokens", "Model", "Keys", "EventLogs", "LocalStore", "Telemetry",
                logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "IngestHTTPTests",
            dependencies: [
                "IngestHTTP", "Ingest", "Records", "Keys", "EventLogs", "LocalStore", "Telemetry", logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "KeysTests", dependencies: ["Keys", "Records", "ThreeParty", crypto], swiftSettings: settings),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: ["Configuration", "Simulation", "Ingest", "Model", "Keys", "EventLogs", "Records"],
            swiftSettings: settings),
        .testTarget(
            name: "SecureScoringTests",
            dependencies: [
                "SecureScoring", "Tokens", "Ingest", "Model", "ModelSync", "Keys", "ThreeParty", "EventLogs",
                "LocalStore", "Records", "Telemetry", logging,
            ],
            swiftSettings: settings),
    ]
)

// Micro-benchmarks are built only where they are asked for: scripts/bench-kernels.sh.
if Context.environment["CORDON_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "KernelBenchmarks",
            dependencies: [
                "Copenssl", "Records", "ThreeParty", "Keys", crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Kernels", swiftSettings: settings))
}
