package import Manifests
import ModelSync
import Records
import Roles
import Terminal

/// A line on standard error that tells how far an order is.
package final class SyncProgress {
    private let progress: Progress
    private var pace = SyncPace()

    package init(_ what: String) { progress = Progress(what) }

    package func show(_ job: SyncJob) {
        let text = pace.text(job, at: .now)
        progress.show(text)
    }

    package func done(_ result: String) { progress.done(result) }
}
