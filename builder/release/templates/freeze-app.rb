class FreezeApp < Formula
  desc "Turns a Python program into a standalone executable"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@URL@/@FILE:aarch64-apple-darwin@"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@URL@/@FILE:x86_64-apple-darwin@"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@URL@/@FILE:aarch64-unknown-linux-gnu@"
      sha256 "@SHA256:aarch64-unknown-linux-gnu@"
    end
    on_intel do
      url "@URL@/@FILE:x86_64-unknown-linux-gnu@"
      sha256 "@SHA256:x86_64-unknown-linux-gnu@"
    end
  end

  def install
    bin.install "bin/freeze", "bin/freeze-app"
    man1.install Dir["share/man/man1/*"]
    bash_completion.install "share/bash-completion/completions/freeze"
    zsh_completion.install "share/zsh/site-functions/_freeze"
    fish_completion.install "share/fish/vendor_completions.d/freeze.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/freeze --version")
  end
end
