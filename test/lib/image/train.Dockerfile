FROM scratch AS train
