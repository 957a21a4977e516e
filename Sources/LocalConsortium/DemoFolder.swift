package import Records

/// Where everything of a demo lies. Keys, data and model are used again by the next run; `run` is made anew.
package struct DemoFolder {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var keys: DevelopmentKeys { DevelopmentKeys(directory: path + "/keys") }
    package var model: String { path + "/model/model.json" }
    package var bins: String { path + "/model/bins.json" }
    package var run: String { path + "/run" }
    package var log: String { path + "/run/log" }
    package func state(_ role: String) -> String { path + "/run/state/\(role).sqlite" }
    package func agent(_ member: MemberID) -> String { path + "/run/state/\(member)" }
    package func metrics(_ role: String) -> String { path + "/run/metrics/\(role).prom" }
    package func logFile(_ role: String) -> String { path + "/run/logs/\(role).log" }
}
