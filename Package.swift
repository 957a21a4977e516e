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

// Tests, and shells that only read arguments and files, are compiled without optimisation in every configuration: what they
// test and call is optimised, and they themselves are built in a fraction of the time.
let unoptimised = settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "cordon",
    products: [
        .executable(name: "cordon", targets: ["cordon"]),
        .executable(name: "cordon-bench", targets: ["cordon-bench"]),
        .executable(name: "cordon-simulate", targets: ["cordon-simulate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.30.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        .systemLibrary(name: "Crdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "Cglibc"),
        .systemLibrary(name: "Csqlite3", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "Copenssl", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "Secrets", dependencies: ["Cglibc", "Copenssl", crypto], swiftSettings: settings),
        .target(name: "Records", dependencies: ["Copenssl", protobuf, crypto], swiftSettings: settings),
        .target(name: "Tokens", dependencies: ["Copenssl", "Records"], swiftSettings: settings),
        .target(name: "ThreeParty", dependencies: ["Copenssl", "Secrets", "Records", crypto], swiftSettings: settings),
        .target(name: "Counters", dependencies: ["Records", "ThreeParty"], swiftSettings: settings),
        .target(name: "Model", dependencies: ["Secrets", "Records", crypto], swiftSettings: settings),
        .target(name: "Keys", dependencies: ["Copenssl", "Secrets", "Records", crypto], swiftSettings: settings),
        .target(
            name: "Sealing", dependencies: ["Copenssl", "Secrets", "Records", "ThreeParty", "Keys", crypto],
            swiftSettings: settings),
        .target(
            name: "Manifests", dependencies: ["Records", "ThreeParty", "Model", "Keys"],
            swiftSettings: settings),
        .target(
            name: "Audit", dependencies: ["Records", "Keys", "Manifests"], swiftSettings: settings),
        .target(name: "Formats", dependencies: ["Records"], swiftSettings: settings),
        .target(name: "Policy", dependencies: ["Records", "Model", "Formats"], swiftSettings: settings),
        .target(name: "Evaluation", dependencies: ["Records", "Model", "Plots"], swiftSettings: settings),
        .target(name: "Desk", dependencies: ["Records", "Formats", "Policy"], swiftSettings: settings),
        .target(name: "Webhooks", dependencies: ["Policy", crypto], swiftSettings: settings),
        .target(name: "EventLogs", dependencies: ["Records"], swiftSettings: settings),
        .target(name: "Telemetry", swiftSettings: settings),
        .target(name: "Stages", dependencies: ["Cglibc", "Records", "EventLogs"], swiftSettings: settings),
        .target(
            name: "LocalStore", dependencies: ["Audit", "Csqlite3", "EventLogs", "Records"], swiftSettings: settings),
        .target(
            name: "DeskStore", dependencies: ["Desk", "EventLogs", "LocalStore", "Policy", "Records", "Webhooks"],
            swiftSettings: settings),
        .target(name: "KafkaLog", dependencies: ["Crdkafka", "EventLogs"], swiftSettings: settings),
        .target(
            name: "TLSTransport",
            dependencies: [
                "Records", "ThreeParty", crypto, logging,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ], swiftSettings: settings),
        .target(name: "PKCS11", dependencies: ["Cglibc", "Keys", "Secrets", crypto], swiftSettings: settings),
        .target(
            name: "HTTPFront",
            dependencies: [
                "Telemetry", crypto,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .target(
            name: "Ingest",
            dependencies: [
                "Audit", "Secrets", "Records", "ThreeParty", "Tokens", "Model", "Keys", "Sealing", "Manifests",
                "Formats",
                "Policy", "EventLogs", "Stages", "Telemetry", logging,
            ],
            swiftSettings: settings),
        .target(
            name: "DeskFront",
            dependencies: [
                "Audit", "Secrets", "Records", "Manifests", "Formats", "Policy", "Keys", "Desk", "DeskStore",
                "EventLogs",
                "Stages", "Telemetry", "HTTPFront", "Webhooks", crypto,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "IngestHTTP",
            dependencies: [
                "Records", "Formats", "Policy", "EventLogs", "Telemetry", "HTTPFront", crypto, logging,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "SecureScoring",
            dependencies: [
                "Audit", "Records", "ThreeParty", "Tokens", "Counters", "Model", "Keys", "Sealing", "Secrets",
                "Manifests",
                "EventLogs", "Stages", "Telemetry", logging,
            ],
            swiftSettings: settings),
        .target(
            name: "TokenService",
            dependencies: [
                "Secrets", "Records", "Tokens", "Keys", "Sealing", "Manifests", "EventLogs", "Stages",
                "Telemetry", crypto, logging,
            ],
            swiftSettings: settings),
        .target(
            name: "ModelSync",
            dependencies: [
                "Audit", "Records", "ThreeParty", "Model", "Keys", "Manifests", "Evaluation", "EventLogs", "Stages",
                "Telemetry", logging,
            ],
            swiftSettings: settings),
        .target(name: "Plots", swiftSettings: unoptimised),
        .target(name: "Worlds", dependencies: ["Records", "Formats", "Plots", "EventLogs"], swiftSettings: settings),
        .target(
            name: "PipelineFiles",
            dependencies: [
                "Records", "Model", "Keys", "Manifests", "EventLogs", "Formats", "Policy", "Worlds",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: unoptimised),
        .target(
            name: "Roles",
            dependencies: [
                "Audit", "Secrets", "Records", "ThreeParty", "Tokens", "Model", "Keys", "Sealing", "Manifests",
                "Formats",
                "Policy", "Evaluation", "EventLogs", "Stages", "Telemetry", "HTTPFront", "Ingest", "IngestHTTP",
                "Desk", "DeskFront", "DeskStore", "SecureScoring", "TokenService", "ModelSync", "PipelineFiles",
                logging,
                "TLSTransport", "Webhooks", crypto,
            ],
            swiftSettings: settings),
        .target(
            name: "Terminal",
            dependencies: [
                "EventLogs", "LocalStore", "KafkaLog", "Stages", "Evaluation", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"), "Records",
            ], swiftSettings: unoptimised),
        .target(
            name: "LocalConsortium",
            dependencies: [
                "Records", "Tokens", "Model", "Keys", "EventLogs", "LocalStore", "Stages", "Telemetry",
                "Ingest", "SecureScoring", "Evaluation", "Worlds", "PipelineFiles", "Roles", "Terminal", logging,
            ], swiftSettings: settings),
        .target(
            name: "Trials",
            dependencies: [
                "Records", "Model", "Formats", "Policy", "Evaluation", "Worlds", "PipelineFiles", "Terminal", "Ingest",
                "Desk", "DeskStore", "EventLogs",
            ], swiftSettings: settings),
        .target(
            name: "Simulation",
            dependencies: [
                "Records", "ThreeParty", "Tokens", "Model", "Keys", "Manifests", "Formats", "Policy", "EventLogs",
                "Stages", "Ingest",
                "Telemetry", "Sealing", "SecureScoring", "Worlds", "PipelineFiles", "Roles", logging,
            ], swiftSettings: settings),
        .target(
            name: "CommandOptions",
            dependencies: [
                "Audit", "EventLogs", "Formats", "HTTPFront", "Keys", "LocalStore", "Manifests", "PKCS11",
                "PipelineFiles", "Records", "Roles", "Stages", "Terminal",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: unoptimised),
        .target(
            name: "DeskCommands",
            dependencies: [
                "CommandOptions", "Desk", "DeskFront", "DeskStore", "Formats", "HTTPFront", "Keys", "LocalStore",
                "Model", "PipelineFiles", "Policy", "Records", "Roles", "Secrets", "Stages", "Telemetry", "Terminal",
                "Trials", "Webhooks", logging, .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: unoptimised),
        .target(
            name: "ConsortiumCommands",
            dependencies: [
                "Audit", "CommandOptions", "DeskFront", "EventLogs", "HTTPFront", "Ingest", "Keys", "LocalConsortium",
                "LocalStore", "Manifests", "PKCS11", "PipelineFiles", "Records", "Roles", "Secrets", "Stages",
                "Terminal", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: unoptimised),
        .target(
            name: "SyncCommands",
            dependencies: [
                "CommandOptions", "Evaluation", "EventLogs", "Keys", "Manifests", "Model", "ModelSync", "PipelineFiles",
                "Records", "Roles", "Stages", "Terminal",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: unoptimised),
        .target(
            name: "DataCommands",
            dependencies: [
                "CommandOptions", "Evaluation", "EventLogs", "Formats", "Ingest", "Keys", "LocalConsortium",
                "LocalStore", "Model", "PipelineFiles", "Plots", "Policy", "Records", "Roles", "Stages", "Telemetry",
                "Terminal", "Tokens", "Worlds", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: unoptimised),
        .executableTarget(
            name: "cordon",
            dependencies: [
                "CommandOptions", "ConsortiumCommands", "DataCommands", "Desk", "DeskCommands", "Evaluation",
                "EventLogs", "Formats", "HTTPFront", "Ingest", "Keys", "LocalConsortium", "LocalStore", "Manifests",
                "Model", "ModelSync", "PipelineFiles", "Policy", "Records", "Roles", "Secrets", "SecureScoring",
                "Stages", "SyncCommands", "Telemetry", "Terminal", "Tokens", "Trials", "Worlds", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: unoptimised),
        .executableTarget(
            name: "cordon-simulate",
            dependencies: ["Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: settings),
        .executableTarget(
            name: "cordon-bench",
            dependencies: [
                "Audit", "Desk", "DeskStore", "Secrets", "Records", "ThreeParty", "Tokens", "Counters", "Model", "Keys",
                "Sealing",
                "Manifests",
                "Formats", "EventLogs", "LocalStore", "TLSTransport", "Stages", "Telemetry",
                "HTTPFront", "Ingest", "SecureScoring", "TokenService", "Plots", "Worlds", "PipelineFiles", "Roles",
                "Terminal", "LocalConsortium", "Evaluation", "Policy", logging, crypto,
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                "Trials", "IngestHTTP", "ModelSync", "DeskFront", "Webhooks",
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], swiftSettings: settings),
        .testTarget(
            name: "AttackTests",
            dependencies: [
                "Counters", "Evaluation", "EventLogs", "Formats", "Ingest", "Keys", "LocalStore", "Manifests", "Model",
                "ModelSync", "PipelineFiles", "Records", "Roles", "Sealing", "Secrets", "SecureScoring", "Simulation",
                "Stages", "Telemetry", "ThreeParty", "TokenService", "Tokens", "Support", logging,
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "AuditTests", dependencies: ["Audit", "Keys", "Manifests", "Records", "Support"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "CountersTests",
            dependencies: ["Counters", "EventLogs", "LocalStore", "Records", "SecureScoring", "ThreeParty", "Support"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "DeskFrontTests",
            dependencies: [
                "Audit", "Desk", "DeskFront", "DeskStore", "EventLogs", "HTTPFront", "Formats", "Keys", "LocalStore",
                "Manifests", "Policy", "Records", "Secrets", "Stages",
                "Telemetry", "Webhooks", "Support", crypto, .product(name: "NIOHTTP1", package: "swift-nio"),
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "DeskStoreTests",
            dependencies: ["Desk", "DeskStore", "EventLogs", "Policy", "Records", "Support", "Webhooks"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "DeskTests", dependencies: ["Desk", "Policy", "Records", "Support"], swiftSettings: unoptimised),
        .testTarget(
            name: "EvaluationTests", dependencies: ["Evaluation", "Model", "PipelineFiles", "Records", "Worlds"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "EventLogTests",
            dependencies: ["Crdkafka", "EventLogs", "KafkaLog", "LocalStore", "Records", "Simulation", "Support"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "FormatsTests", dependencies: ["Evaluation", "EventLogs", "Formats", "Records", "Support"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "HTTPFrontTests",
            dependencies: [
                "HTTPFront", "Support", "Telemetry", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "IngestHTTPTests",
            dependencies: [
                "EventLogs", "Formats", "HTTPFront", "IngestHTTP", "Keys", "LocalStore", "Policy", "Records", "Sealing",
                "Stages", "Telemetry", "Support", logging,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "IngestTests",
            dependencies: [
                "EventLogs", "Formats", "Ingest", "Keys", "LocalStore", "Model", "Policy", "Records", "Sealing",
                "Secrets", "Simulation", "Stages", "Telemetry", "ThreeParty", "Tokens", "Support", logging,
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "KafkaLogTests", dependencies: ["Crdkafka", "EventLogs", "KafkaLog", "Support"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "KeysTests", dependencies: ["Keys", "Records", "Secrets", "ThreeParty", "Support", crypto],
            swiftSettings: unoptimised),
        .testTarget(
            name: "LocalConsortiumTests",
            dependencies: [
                "Keys", "LocalConsortium", "PipelineFiles", "Records", "Telemetry", "Terminal", "Worlds", "Support",
            ],
            swiftSettings: unoptimised),
        .testTarget(
            name: "LocalStoreTests",
            dependencies: ["Audit", "EventLogs", "Keys", "LocalStore", "Manifests", "Records", "Support"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "ManifestsTests", dependencies: ["Keys", "Manifests", "Model", "Records", "Support", "ThreeParty"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "ModelSyncTests",
            dependencies: [
                "Audit", "Evaluation", "EventLogs", "Keys", "LocalStore", "Manifests", "Model", "ModelSync",
                "PipelineFiles",
                "Records", "Roles", "Secrets", "Stages", "Telemetry", "ThreeParty", "Support", logging,
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "ModelTests", dependencies: ["Model", "Records", "Secrets", "Support"], swiftSettings: unoptimised),
        .testTarget(
            name: "PipelineFilesTests",
            dependencies: [
                "EventLogs", "Formats", "Keys", "Manifests", "Model", "PipelineFiles", "Policy", "Records", "Worlds",
                "Support",
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "PKCS11Tests", dependencies: ["Cglibc", "Keys", "PKCS11", "Secrets", "Support", crypto],
            swiftSettings: unoptimised),
        .testTarget(name: "PlotsTests", dependencies: ["Plots", "Support"], swiftSettings: unoptimised),
        .testTarget(
            name: "PolicyTests", dependencies: ["Policy", "Model", "Records", "Support"], swiftSettings: unoptimised),
        .testTarget(
            name: "ProcessTests",
            dependencies: [
                "cordon", "cordon-bench", "Desk", "DeskFront", "EventLogs", "Formats", "HTTPFront", "Ingest",
                "KafkaLog", "Keys",
                "LocalConsortium", "LocalStore", "Model", "Policy", "Records", "Roles", "Sealing", "Stages", "Support",
            ], exclude: ["Recorded"], swiftSettings: unoptimised),
        .testTarget(name: "RecordsTests", dependencies: ["Records", "Support"], swiftSettings: unoptimised),
        .testTarget(
            name: "RolesTests",
            dependencies: [
                "Audit", "EventLogs", "Formats", "HTTPFront", "Ingest", "IngestHTTP", "Keys", "LocalStore", "Manifests",
                "Model", "ModelSync", "Evaluation",
                "PipelineFiles", "Policy", "Records", "Roles", "Sealing", "Secrets", "SecureScoring", "Simulation",
                "Stages",
                "Telemetry", "ThreeParty", "TokenService", "Tokens", "Support", logging,
            ],
            swiftSettings: unoptimised),
        .testTarget(
            name: "SealingTests",
            dependencies: ["Keys", "Records", "Sealing", "Secrets", "ThreeParty", "Support", crypto],
            swiftSettings: unoptimised),
        .testTarget(name: "SecretsTests", dependencies: ["Secrets", "Support", crypto], swiftSettings: unoptimised),
        .testTarget(
            name: "SecureScoringTests",
            dependencies: [
                "Audit", "Counters", "EventLogs", "Ingest", "Keys", "LocalStore", "Manifests", "Model", "ModelSync",
                "Records", "Sealing", "Secrets", "SecureScoring", "Stages", "Telemetry", "ThreeParty", "Tokens",
                "Support", logging, crypto,
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "EventLogs", "Formats", "Keys", "Manifests", "Model", "PipelineFiles", "Records", "Roles", "Sealing",
                "SecureScoring", "Simulation", "Stages", "Support", "ThreeParty",
            ],
            exclude: ["Reproductions"],
            swiftSettings: unoptimised),
        .testTarget(
            name: "StagesTests", dependencies: ["EventLogs", "Simulation", "Stages", "Support"],
            swiftSettings: unoptimised),
        .target(
            name: "Support",
            dependencies: [
                "Audit", "Crdkafka", "Desk", "EventLogs", "Formats", "HTTPFront", "Keys", "Policy", "Records", "Stages",
                logging,
            ],
            path: "Tests/Support", swiftSettings: settings),
        .testTarget(
            name: "TLSTransportTests",
            dependencies: ["Keys", "LocalConsortium", "Records", "Stages", "TLSTransport", "ThreeParty", "Support"],
            swiftSettings: unoptimised),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "Support"], swiftSettings: unoptimised),
        .testTarget(
            name: "TerminalTests",
            dependencies: [
                "EventLogs", "LocalStore", "Terminal", "Support",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), logging,
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "ThreePartyTests",
            dependencies: ["Model", "Records", "Secrets", "SecureScoring", "ThreeParty", "Support", crypto],
            swiftSettings: unoptimised),
        .testTarget(
            name: "TokenServiceTests",
            dependencies: [
                "EventLogs", "Keys", "LocalStore", "Manifests", "Records", "Sealing", "Secrets", "Stages", "Telemetry",
                "TokenService", "Tokens", "Support", crypto, logging,
            ], swiftSettings: unoptimised),
        .testTarget(
            name: "TokensTests", dependencies: ["Copenssl", "Records", "Tokens", "Support"], swiftSettings: unoptimised
        ),
        .testTarget(
            name: "TrialsTests",
            dependencies: [
                "Desk", "DeskStore", "EventLogs", "Formats", "LocalStore", "PipelineFiles", "Policy", "Records",
                "Trials", "Support",
            ],
            swiftSettings: unoptimised),
        .testTarget(name: "WebhooksTests", dependencies: ["Policy", "Webhooks", crypto], swiftSettings: unoptimised),
        .testTarget(
            name: "WorldsTests", dependencies: ["Formats", "Plots", "Records", "Worlds", "Support"],
            swiftSettings: unoptimised),
    ]
)

// Micro-benchmarks are built only where they are asked for: scripts/bench-kernels.sh.
if Context.environment["CORDON_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "KernelBenchmarks",
            dependencies: [
                "Records", "Secrets", "Sealing", "ThreeParty", "Tokens", crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Kernels", swiftSettings: settings))
}
